package io.ghostmap.traffic;

import static io.ghostmap.traffic.ByteSource.u32be;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Short byte keys to ordinals 0, 1, 2, …: arrays alone, no object a key or a lookup, a bound on the keys. The hash is
 * with a new seed each time, so that no capture can aim at collisions; nothing is ever listed in its order.
 */
final class KeyIndex {
    static final int ABSENT = -1;

    private static final int FIRST_SLOTS = 1 << 10;

    private final int bound;
    private final int seed = new SplittableRandom().nextInt();

    /** All keys one after another; the key of ordinal n ends at {@code ends[n]}. */
    private byte[] bytes = new byte[FIRST_SLOTS * 8];

    private int[] ends = new int[FIRST_SLOTS / 2];
    private int[] hashes = new int[FIRST_SLOTS / 2];
    private int[] slots = new int[FIRST_SLOTS];
    private int size;

    KeyIndex(int bound) {
        this.bound = bound;
    }

    /** The ordinal of the first {@code length} bytes, or {@link #ABSENT}. */
    int find(byte[] key, int length) {
        return slots[slotOf(key, length, hash(key, length))] - 1;
    }

    /** The same; adds the key when it is new and the bound allows it. */
    int findOrAdd(byte[] key, int length) {
        int hash = hash(key, length);
        int slot = slotOf(key, length, hash);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == bound) {
            return ABSENT;
        }
        if (size == ends.length) {
            grow();
            slot = freeSlot(hash);
        }
        int start = start(size);
        if (start + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        System.arraycopy(key, 0, bytes, start, length);
        hashes[size] = hash;
        ends[size] = start + length;
        slots[slot] = ++size;
        return size - 1;
    }

    private int start(int ordinal) {
        return ordinal == 0 ? 0 : ends[ordinal - 1];
    }

    /** Slots hold ordinals and one, so that 0 is a free slot; at most half of them are taken. */
    private int slotOf(byte[] key, int length, int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0 && !isAt(slots[slot] - 1, key, length, hash)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private boolean isAt(int ordinal, byte[] key, int length, int hash) {
        return hashes[ordinal] == hash && Arrays.equals(bytes, start(ordinal), ends[ordinal], key, 0, length);
    }

    private void grow() {
        ends = Arrays.copyOf(ends, ends.length * 2);
        hashes = Arrays.copyOf(hashes, ends.length);
        slots = new int[ends.length * 2];
        for (int ordinal = 0; ordinal < size; ordinal++) {
            slots[freeSlot(hashes[ordinal])] = ordinal + 1;
        }
    }

    private int freeSlot(int hash) {
        int mask = slots.length - 1;
        int slot = hash & mask;
        while (slots[slot] != 0) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** MurmurHash2's mixing, over words of four bytes and what is left. */
    private int hash(byte[] key, int length) {
        int hash = seed;
        int at = 0;
        for (; at + 4 <= length; at += 4) {
            hash = mix(hash ^ u32be(key, at));
        }
        for (; at < length; at++) {
            hash = mix(hash ^ key[at]);
        }
        return hash ^ hash >>> 13;
    }

    private static int mix(int hash) {
        int mixed = hash * 0x5bd1_e995;
        return mixed ^ mixed >>> 15;
    }

    int size() {
        return size;
    }

    /** A copy. */
    byte[] key(int ordinal) {
        return Arrays.copyOfRange(bytes, start(ordinal), ends[ordinal]);
    }
}
