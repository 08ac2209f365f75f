"""Plugins on a Ray Serve cluster that is there already, under the contract that they have in processes of this machine.

`served.Served` stands where `pool.Pool` does. It asks through `link.Link`, the server's side of a process (`bridge`)
that alone speaks with Ray: what becomes of the cluster never ends the server. On the cluster each plugin is an
application, named after its id, its code and its limits, of `host.Host` replicas; each of these has the plugin in a
process of its own, with the same limits. The machines of the cluster have this package installed; the plugin's code is
brought to them (`parcel`).
"""
