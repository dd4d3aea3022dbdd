package io.ghostmap.evidence;

import io.ghostmap.bundle.Citation;
import java.util.List;
import java.util.OptionalLong;

/**
 * A program as {@code bpftool prog show} lists it.
 *
 * @param name cut to 15 characters by bpftool up to 5.16 or without BTF, whole otherwise
 * @param loadedAt seconds since the epoch, derived by bpftool from the boot clock when it ran; ties are common
 * @param mapIds maps that its instructions reference, in the order of first use
 */
public record BpfProgram(
        int id,
        String type,
        String name,
        String tag,
        OptionalLong loadedAt,
        List<Integer> mapIds,
        List<String> pins,
        Citation source) {}
