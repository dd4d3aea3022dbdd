package io.ghostmap.datapath.cilium;

import io.ghostmap.datapath.MapRole;
import io.ghostmap.evidence.BpfMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The shape of one map in one version: what it is, how the kernel lists it, and what its bytes mean.
 *
 * @param name the full name, which is that of its pin
 * @param versions the releases that have it in this shape
 * @param type bpftool's word for the map's type
 * @param flags the {@code map_flags} that it can have; a map with any other flag is a different one
 * @param maxEntries 0 if the size is configurable
 */
record Layout(
        MapRole role,
        String name,
        VersionRange versions,
        String type,
        int flags,
        long maxEntries,
        List<Field> key,
        List<Field> value) {

    /** {@code BPF_F_NO_PREALLOC} of include/uapi/linux/bpf.h. */
    static final int NO_PREALLOC = 0x01;

    /** {@code BPF_F_NO_COMMON_LRU}: {@code bpf-distributed-lru}, 1.18 and later. */
    static final int NO_COMMON_LRU = 0x02;

    /** {@code BPF_F_RDONLY_PROG}: 1.19 and later on maps that programs never write; its absence proves nothing. */
    static final int RDONLY_PROG = 0x80;

    /** {@code BPF_OBJ_NAME_LEN} of the kernel less the closing NUL. */
    private static final int NAME_BYTES = 15;

    Layout(MapRole role, String name, VersionRange versions, String type, int flags, long maxEntries) {
        this(role, name, versions, type, flags, maxEntries, List.of(), List.of());
    }

    /** With these rows of its key; those without a byte are left out. */
    Layout key(Field... fields) {
        return new Layout(role, name, versions, type, flags, maxEntries, rows(fields), value);
    }

    /** With these rows of its value. */
    Layout value(Field... fields) {
        return new Layout(role, name, versions, type, flags, maxEntries, key, rows(fields));
    }

    private static List<Field> rows(Field... fields) {
        return Stream.of(fields).filter(field -> field.size() > 0).toList();
    }

    boolean isOf(MapRole wanted) {
        return role.equals(wanted);
    }

    String kernelName() {
        return name.length() <= NAME_BYTES ? name : name.substring(0, NAME_BYTES);
    }

    int keyBytes() {
        return key.get(key.size() - 1).end();
    }

    int valueBytes() {
        return value.get(value.size() - 1).end();
    }

    /** A value that is a list of numbers must have a length that a maglev table can have. */
    boolean takesValuesOf(int bytes) {
        Field last = value.get(value.size() - 1);
        return last.kind() == Field.Kind.NUMBERS ? Layouts.isMaglevTable(bytes, last.size()) : bytes == valueBytes();
    }

    boolean fits(BpfMap map) {
        return type.equals(map.type())
                && map.keyBytes() == keyBytes()
                && takesValuesOf(map.valueBytes())
                && (maxEntries == 0 || maxEntries == map.maxEntries());
    }

    /** Whether all its flags are ones that some release gives it. */
    boolean allows(long mapFlags) {
        return (mapFlags & ~(long) flags) == 0;
    }

    Field keyField(String field) {
        return find(key, field);
    }

    Field valueField(String field) {
        return find(value, field);
    }

    /** A field that other versions of the map lack. */
    Optional<Field> optionalValueField(String field) {
        return value.stream()
                .filter(candidate -> candidate.name().equals(field))
                .findFirst();
    }

    private static Field find(List<Field> fields, String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no field " + name));
    }
}
