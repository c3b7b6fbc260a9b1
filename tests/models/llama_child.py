"""The process that llama.cpp runs in: its own server, over the model and with the settings on the first line of input.

It says where it listens and ends with its input, so that it never outlives whoever started it.
"""

import json
import sys
from importlib import import_module


def main() -> None:
    """Serve until nobody is there any more."""
    told = json.loads(sys.stdin.readline())
    llama = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path = told["path"]
    params.model_alias = set(told["names"])
    params.api_keys = [told["key"]]
    for name, value in told["settings"].items():
        setattr(params, name, value)
    # One thread, the whole vocabulary and the same dice every time: what is said does not depend on the machine.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.sampling.seed = told["seed"]
    params.sampling.temp = params.sampling.top_p = 1.0
    params.sampling.top_k, params.sampling.min_p = 0, 0.0
    params.fit_params = params.warmup = params.ui = False
    server = llama.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()


main()
