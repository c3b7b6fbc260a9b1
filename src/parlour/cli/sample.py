"""`parlour sample`: somebody and something to try a house with."""

import typer

from parlour.cli.inside import Inside, inside
from parlour.errors import NotNow
from parlour.identity.sample import SAMPLE_USER, add_sample


def sample() -> None:
    """Add sample people and a project of theirs, to try the house with."""

    async def make(house: Inside) -> list[str]:
        if house.settings.environment == "production":
            raise NotNow("Sample people do not belong into production. ENVIRONMENT says that this is it.")
        return await add_sample(house.database, house.writer, house.clock, house.house.tenant_id)

    made = inside(make)
    typer.echo("\n".join(made) if made else "The sample was here already; nothing was changed.", err=True)
    typer.echo(f"`parlour link {SAMPLE_USER}` signs {SAMPLE_USER} in. Nobody here has a password.", err=True)
