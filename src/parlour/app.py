"""The composition root: the only module that knows every part, and who fits where."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour import __version__
from parlour.answering import lineup_of, offers_of, prices_of, providers_of, told_before_of
from parlour.background import die, go_on_with
from parlour.clock import Clock, SystemClock
from parlour.config import Settings
from parlour.datasources import kinds_of
from parlour.hub.announce.base import Announcer, Ears
from parlour.hub.announce.local import Nobody
from parlour.hub.announce.postgres import PostgresAnnouncer
from parlour.hub.hub import Hub
from parlour.identity.callers import Callers
from parlour.identity.connections import ConnectionDesk
from parlour.identity.gate import Gate
from parlour.identity.household import Household, household
from parlour.identity.key_file import read_key
from parlour.identity.limits import Allowance, Limits
from parlour.identity.passwords import Passwords
from parlour.identity.providers import Providers
from parlour.identity.sealing import Sealing
from parlour.identity.users import House, ensure_house
from parlour.journal.jobs import Jobs
from parlour.journal.pruning import Pruning
from parlour.journal.unit import Writer
from parlour.journal.writer import OpenWriter, open_writer
from parlour.journal.writer import open_writer as plain_writer
from parlour.models.base import Model
from parlour.models.effective import Shipped
from parlour.models.intents.model import IntentsModel
from parlour.models.lineup import Lineup
from parlour.models.other_offers import AnyOffer
from parlour.models.prices import Prices
from parlour.plugins.finding import Plugins, found_plugins
from parlour.store.backup import back_up_before_update
from parlour.store.brief import brief_database, patient_database
from parlour.store.database import Database, database_url
from parlour.store.database_time import OwnTime, SharedTime
from parlour.store.lock import DataLock
from parlour.store.migrate import upgrade
from parlour.toolkits import data as data_tools
from parlour.toolkits import devices as device_tools
from parlour.toolkits.data import DataToolkit, data_toolkit
from parlour.toolkits.devices import devices_toolkit
from parlour.toolkits.devices.joined import Joined
from parlour.toolkits.home import tools as home_tools
from parlour.toolkits.home.demo.loader import load_demo
from parlour.toolkits.home.tools import HomeToolkit
from parlour.toolkits.system import SystemToolkit
from parlour.tools.cache import ToolCache
from parlour.tools.executor import Executor
from parlour.tools.registry import Registry
from parlour.tools.running import Limits as ToolLimits
from parlour.tools.toolset import Toolset
from parlour.turn.again import AskingAgain
from parlour.turn.conversations import Conversations
from parlour.turn.deciding import Deciding
from parlour.turn.edits import Edits
from parlour.turn.leases import NodeKind, NodeLease
from parlour.turn.means import Caps, Means
from parlour.turn.notifying import Notifying
from parlour.turn.presence import OnlyNode, PostgresPresence
from parlour.turn.rules import Rules
from parlour.turn.runner import Runner
from parlour.turn.say import Saying
from parlour.turn.talk import Talk
from parlour.turn.undoing import Undoing

TOOLKIT_MIGRATIONS: tuple[Path, ...] = (
    Path(home_tools.__file__).parent / "migrations",
    device_tools.MIGRATIONS,
    data_tools.MIGRATIONS,
)


@dataclass(frozen=True, slots=True)
class Node:
    """This server among those of its house."""

    lease: NodeLease
    runner: Runner
    announcer: Announcer
    jobs: Jobs
    """What is done in the background, one node doing each."""


@dataclass(frozen=True, slots=True)
class App:
    """The whole house, running. `database` reads whatever takes long; turns and doors have a brief way of their own."""

    settings: Settings
    clock: Clock
    database: Database
    writer: Writer
    hub: Hub
    house: House
    household: Household
    executor: Executor
    home: HomeToolkit
    offers: tuple[AnyOffer, ...]
    """What the settings offer."""
    providers: Providers
    outside: Joined
    """The systems that the house is joined to, kept in step."""
    data: DataToolkit
    """What the projects work with: databases and the like."""
    plugins: Plugins
    """What other packages bring."""
    system: SystemToolkit
    lineup: Lineup[AsyncConnection]
    means: Means
    """Everything that turns work with."""
    built_in: IntentsModel
    node: Node
    conversations: Conversations
    talk: Talk

    @property
    def shipped(self) -> Shipped:
        """How answers are where nobody decided anything."""
        return Shipped(acting=self.settings.ai_temperature, ceiling=self.settings.ai_max_tokens)

    @property
    def prices(self) -> Prices:
        """What every model asks."""
        return self.means.prices

    @property
    def gate(self) -> Gate:
        """Lets people in, and knows them again."""
        return self.household.gate


@asynccontextmanager
async def running(
    settings: Settings,
    *,
    clock: Clock | None = None,
    models: Sequence[Model] | None = None,
    toolsets: Sequence[Toolset] = (),
    fatal: Callable[[BaseException], None] | None = None,
    open_writer: OpenWriter = open_writer,
    demo: bool = False,
) -> AsyncGenerator[App]:
    """The app over its data directory, from taking the lock to handing every turn back.

    `models` stand in the place of those that the settings offer, and need no admin's consent; `toolsets` are offered
    beside what is shipped, and are open already. `fatal` is called when the writer has died, and nothing can be kept
    any more, or a job in the background that must not end; by default the process ends at once.

    Raises Unavailable while another server holds the data directory, BadSetting for a setting that does not fit.
    """
    clock, fatal = clock or SystemClock(), fatal or die
    async with AsyncExitStack() as stack:
        stack.callback(DataLock(settings.data_dir).release)
        database, brief = await _databases(settings, url := database_url(settings.database), clock, stack)
        hub = Hub(database, clock, replay_limit_bytes=settings.websocket_queue_bytes)
        announcer = PostgresAnnouncer(url, clock) if not database.is_sqlite else Nobody()
        writer = open_writer(url, clock=clock, publish=hub.publishing(announcer), fatal=fatal)
        stack.push_async_callback(writer.close)
        providers = await providers_of(settings, clock, database, writer, offers := offers_of(settings, models))
        house = await _house(database, writer, clock, demo=demo)
        home = await _home(HomeToolkit(database, writer, clock, Notifying(clock), brief), stack)
        lineup = lineup_of(settings, clock, providers, built_in := IntentsModel(), models, offers, stack)
        outside = await _outside(settings, database, brief, writer, clock, providers, stack)
        executor = _executor(home, outside, toolsets, clock, brief, settings)
        means = _means(settings, clock, brief, writer, executor, lineup, await prices_of(settings))
        node = await _node(settings, url, means, announcer, fatal, stack)
        go_on_with(_company(node, hub, announcer) | _jobs(settings, database, node, outside), fatal, stack)
        yield App(
            settings=settings,
            clock=clock,
            database=database,
            writer=writer,
            hub=hub,
            house=house,
            household=household(database, brief, writer, clock, providers.vault, Passwords(settings.passwords_at_once)),
            executor=executor,
            offers=offers,
            providers=providers,
            outside=outside.joined,
            data=outside.data,
            plugins=outside.plugins,
            system=outside.system,
            home=home,
            lineup=lineup,
            means=means,
            built_in=built_in,
            node=node,
            conversations=Conversations(database, writer, clock),
            talk=_talk(settings, means, node.runner),
        )


async def _databases(settings: Settings, url: URL, clock: Clock, stack: AsyncExitStack) -> tuple[Database, Database]:
    """The database, with the present schema, and the brief way to it. What an update changes is backed up first."""
    database, brief = patient_database(url), brief_database(url)
    for each in (database, brief):
        stack.push_async_callback(each.close)
    await database.check()
    kept = partial(back_up_before_update, url, settings.backups, settings.backups_kept, clock)
    await upgrade(url, TOOLKIT_MIGRATIONS, before=kept)
    return database, brief


async def _house(database: Database, writer: Writer, clock: Clock, *, demo: bool) -> House:
    """The house that everything is in; with the demo home in it, if that is wanted and nothing else is there."""
    house = await ensure_house(database, writer, clock)
    if demo:
        await load_demo(writer, database, house.tenant_id, house.home_project_id, clock)
    return house


async def _home(toolkit: HomeToolkit, stack: AsyncExitStack) -> HomeToolkit:
    """The toolkit of the home, open until the end."""
    await toolkit.open()
    stack.push_async_callback(toolkit.close)
    return toolkit


@dataclass(frozen=True, slots=True)
class _Outside:
    """What lies outside, or was brought from there, and what tells of all of it."""

    joined: Joined
    data: DataToolkit
    plugins: Plugins
    system: SystemToolkit


async def _outside(
    settings: Settings,
    database: Database,
    brief: Database,
    writer: Writer,
    clock: Clock,
    providers: Providers,
    stack: AsyncExitStack,
) -> _Outside:
    """The systems that the house is joined to, what its projects work with, and its plugins, until the end."""
    joined = Joined(database, writer, clock, ConnectionDesk(database, writer, clock, providers.vault).opened)
    shipped = kinds_of(settings, clock)
    plugins = await found_plugins(settings.plugins, [kind.name for kind in shipped])
    stack.push_async_callback(plugins.close)
    kinds = [*shipped, *plugins.kinds.values()]
    data = data_toolkit(brief, writer, clock, Sealing(providers.vault), kinds, settings.datasource_idle)
    stack.push_async_callback(data.close)
    return _Outside(joined, data, plugins, SystemToolkit())


def _executor(
    home: HomeToolkit, outside: _Outside, others: Sequence[Toolset], clock: Clock, brief: Database, settings: Settings
) -> Executor:
    """Runs the tools of the house, and of plugins, which give way. Servers that share a database go by its time."""
    tools = Registry(home, devices_toolkit(home.lookup, outside.joined), outside.data, outside.system, *others)
    for name, toolset in outside.plugins.toolsets.items():
        tools.invite(name, toolset)
    for kind in outside.plugins.kinds.values():
        apart = outside.data.apart(kind.name)
        tools.invite(apart.name, apart)
    times = OwnTime(clock) if brief.is_sqlite else SharedTime(brief)
    cache = ToolCache(clock, settings.tool_cache_entries)
    limits = ToolLimits(at_once=settings.tool_calls_at_once)
    executor = Executor(tools, clock, limits, reads=brief, times=times, cache=cache)
    outside.system.offered = executor.offered
    return executor


async def _node(
    settings: Settings,
    url: URL,
    means: Means,
    announcer: Announcer,
    fatal: Callable[[BaseException], None],
    stack: AsyncExitStack,
) -> Node:
    """This server, at work."""
    lease = await _lease(settings, url, means, fatal, stack)
    runner = await _runner(lease, means, announcer, stack)
    return Node(lease, runner, announcer, Jobs(means.reads, means.writer, means.clock, lambda: lease.node_id))


async def _lease(
    settings: Settings, url: URL, means: Means, fatal: Callable[[BaseException], None], stack: AsyncExitStack
) -> NodeLease:
    """This node's lease, open. On PostgreSQL a writer of its own renews it, so that nothing delays that."""
    presence, writer = OnlyNode(means.reads), means.writer
    if url.get_backend_name() != "sqlite":
        presence = PostgresPresence(url, means.clock)
        writer = plain_writer(url, clock=means.clock, publish=lambda _: None, fatal=fatal)
        stack.push_async_callback(writer.close)
    key = await asyncio.to_thread(read_key, settings.master_key)
    kind = NodeKind(__version__, key.fingerprint if key else None, settings.node_lease_seconds)
    lease = NodeLease(means.reads, writer, means.clock, presence, kind)
    await lease.open()
    stack.push_async_callback(lease.close)
    return lease


async def _runner(lease: NodeLease, means: Means, announcer: Announcer, stack: AsyncExitStack) -> Runner:
    """This node's runner, open; it hands its turns back, and says so, before the node leaves."""
    stack.push_async_callback(announcer.close)
    announcer.is_heard = lambda: lease.is_among_others
    runner = Runner(lease, means, announcer)
    await runner.open()
    stack.push_async_callback(runner.close)
    lease.on_lost.append(runner.let_go)
    lease.on_change = runner.look
    return runner


def _company(node: Node, hub: Hub, announcer: Announcer) -> dict[str, Coroutine[Any, Any, None]]:
    """What goes on for as long as this node lives, so that it is one of several."""
    ears = Ears(hub.heard, node.runner.interrupt, node.runner.look, hub.missed, hub.mention)
    return {
        "keep-up": hub.keep_up(),
        "lease": node.lease.keep_renewing(),
        "other-nodes": node.lease.keep_looking(),
        "telling": announcer.keep_telling(),
        "hearing": announcer.keep_hearing(ears),
    }


def _jobs(
    settings: Settings, database: Database, node: Node, outside: _Outside
) -> dict[str, Coroutine[Any, Any, None]]:
    """The jobs of the house, each done by one node at a time, and what every node does for itself."""
    jobs = node.jobs
    pruning = Pruning(database, jobs.writer, jobs.clock, keep=timedelta(minutes=settings.feed_keep_minutes))
    return {
        "pruning": jobs.keep(pruning.job()),
        "following": jobs.keep(outside.joined.job()),
        "connections": outside.joined.go_on(),
        "datasources": outside.data.pools.keep_tidy(),
    }


def _talk(settings: Settings, means: Means, runner: Runner) -> Talk:
    """Where things are said, by the same means by which they are answered."""
    longest = settings.chat_max_message_chars
    reads, writer, clock = means.reads, means.writer, means.clock
    limits = Limits(
        guest=Allowance(*settings.chat_messages_guest, settings.chat_conversations_guest),
        user=Allowance(*settings.chat_messages_user, settings.chat_conversations_user),
        admin=Allowance(*settings.chat_messages_admin, settings.chat_conversations_admin),
    )
    return Talk(
        reads,
        Saying(reads, writer, clock, means.models, limits, longest),
        AskingAgain(reads, writer, clock, means.models, limits, longest),
        Edits(reads, writer, clock, longest),
        Deciding(reads, writer, clock, means.tools),
        Undoing(reads, writer, clock, means.tools),
        Rules(reads, writer, clock),
        runner,
    )


def _means(
    settings: Settings,
    clock: Clock,
    database: Database,
    writer: Writer,
    executor: Executor,
    lineup: Lineup[AsyncConnection],
    prices: Prices,
) -> Means:
    caps = Caps(
        steps=settings.turn_max_steps,
        approval_hours=settings.approval_expires_hours,
        seconds=settings.turn_max_seconds,
        output_units=settings.turn_max_output_chars,
        context_tokens=settings.chat_context_tokens,
        context_messages=settings.chat_context_window,
        shipped=Shipped(acting=settings.ai_temperature, ceiling=settings.ai_max_tokens),
    )
    return Means(
        reads=database,
        writer=writer,
        clock=clock,
        tools=executor,
        models=lineup,
        callers=Callers(),
        caps=caps,
        prices=prices,
        told=told_before_of(settings, clock),
    )
