package io.ghostmap.datapath.cilium;

import io.ghostmap.net.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One row of a map of Cilium's, for tests, by the names of its fields. The bytes follow the tables that the analyzer
 * reads by; {@link LayoutVectorsTest} holds those tables against the bytes of a kernel.
 */
public final class MapRow {
    private final Layout layout;
    private final List<Assignment> key = new ArrayList<>();
    private final List<Assignment> value = new ArrayList<>();

    /** A field and what it holds: an {@link IpAddress}, or a number. */
    private record Assignment(String field, Object content) {}

    /** What the kernel lists of a map. */
    public record Shape(String type, String kernelName, int keyBytes, int valueBytes) {}

    private MapRow(Layout layout) {
        this.layout = layout;
    }

    /** A row of the map whose pin has this name, in its newest shape. */
    public static MapRow in(String map) {
        return new MapRow(layout(map));
    }

    public static Shape shapeOf(String map) {
        Layout layout = layout(map);
        return new Shape(layout.type(), layout.kernelName(), layout.keyBytes(), layout.valueBytes());
    }

    private static Layout layout(String map) {
        return Layouts.list().stream()
                .filter(layout -> layout.name().equals(map))
                .reduce((older, newer) -> newer)
                .orElseThrow(() -> new IllegalArgumentException("no layout of " + map));
    }

    public String map() {
        return layout.name();
    }

    /** A field of the key; what is not set is zero. */
    public MapRow key(String field, Object content) {
        key.add(new Assignment(field, content));
        return this;
    }

    /** A field of the value; what is not set is zero. */
    public MapRow value(String field, Object content) {
        value.add(new Assignment(field, content));
        return this;
    }

    public byte[] keyBytes(ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.allocate(layout.keyBytes()).order(order);
        key.forEach(assignment -> put(bytes, layout.keyField(assignment.field()), assignment.content()));
        return bytes.array();
    }

    public byte[] valueBytes(ByteOrder order) {
        ByteBuffer bytes = ByteBuffer.allocate(layout.valueBytes()).order(order);
        value.forEach(assignment -> put(bytes, layout.valueField(assignment.field()), assignment.content()));
        return bytes.array();
    }

    private static void put(ByteBuffer bytes, Field field, Object content) {
        if (content instanceof IpAddress address) {
            bytes.put(field.offset(), address.toBytes());
            return;
        }
        long number = ((Number) content).longValue();
        switch (field.kind()) {
            case PORT, REV_NAT_ID -> {
                bytes.put(field.offset(), (byte) (number >> Byte.SIZE));
                bytes.put(field.offset() + 1, (byte) number);
            }
            case NUMBER, BITS -> putNumber(bytes, field, number);
            default -> bytes.putLong(field.offset(), number); // a cookie where an address can be as well
        }
    }

    private static void putNumber(ByteBuffer bytes, Field field, long number) {
        switch (field.size()) {
            case 1 -> bytes.put(field.offset(), (byte) number);
            case 2 -> bytes.putShort(field.offset(), (short) number);
            case 4 -> bytes.putInt(field.offset(), (int) number);
            default -> bytes.putLong(field.offset(), number);
        }
    }
}
