package io.ghostmap.datapath;

import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedMap;

/** The tables of one address family that a program reads. IPv4 destinations of AF_INET6 sockets use the IPv4 ones. */
public record FamilyTables(
        Table<SortedMap<Frontend, Service>> services,
        Table<SortedMap<Long, Backend>> backends,
        Table<SortedMap<Endpoint, List<ReverseSkEntry>>> reverseSk) {}
