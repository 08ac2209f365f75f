"""A Ray cluster of one machine, on loopback, for as long as stdin is open; tells its address once it does work.

head.py <folder for its sockets and logs>
"""

import sys

import ray

OBJECTS = 100_000_000  # bytes of shared memory; the answers of plugins do not go there

started = ray.init(
    num_cpus=2,
    include_dashboard=False,
    log_to_driver=False,
    logging_level="ERROR",
    object_store_memory=OBJECTS,
    _temp_dir=sys.argv[1],
)
ray.get(ray.remote(lambda: None).remote())
sys.stdout.write(f"{started.address_info['gcs_address']}\n")
sys.stdout.flush()
sys.stdin.read()
