package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.program.Release;

/** Releases whose socket programs decide alike, from the oldest to the newest. */
enum Era {
    V1_6("1.6", VersionRange.between(6, 6)),
    V1_7("1.7", VersionRange.between(7, 7)),
    FROM_1_8("1.8 to 1.10", VersionRange.between(8, 10)),
    FROM_1_11("1.11 to 1.12", VersionRange.between(11, 12)),
    FROM_1_13("1.13 to 1.14", VersionRange.between(13, 14)),
    V1_15("1.15", VersionRange.between(15, 15)),
    V1_16("1.16", VersionRange.between(16, 16)),
    V1_17("1.17", VersionRange.between(17, 17)),
    V1_18("1.18", VersionRange.between(18, 18)),
    V1_19("1.19 before 1.19.4", VersionRange.between(19, 19)),
    FROM_1_19_4("1.19.4 or newer", VersionRange.since(19));

    private final Release release;
    private final VersionRange versions;

    Era(String name, VersionRange versions) {
        this.release = new Release("Cilium", name);
        this.versions = versions;
    }

    Release release() {
        return release;
    }

    VersionRange versions() {
        return versions;
    }
}
