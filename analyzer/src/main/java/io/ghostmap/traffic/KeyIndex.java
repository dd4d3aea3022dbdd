package io.ghostmap.traffic;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Short byte keys to ordinals 0, 1, 2, …: one open-addressed array, no object a lookup, a bound on the keys. The hash is
 * seeded anew each time, so that no capture can aim at collisions; nothing is ever listed in its order.
 */
final class KeyIndex {
    static final int ABSENT = -1;

    private static final int FIRST_SLOTS = 1 << 10;

    private final int bound;
    private final int seed = new SplittableRandom().nextInt();
    private byte[][] keys = new byte[FIRST_SLOTS / 2][];
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
        if (size == keys.length) {
            grow();
            slot = slotOf(key, length, hash);
        }
        hashes[size] = hash;
        keys[size] = Arrays.copyOf(key, length);
        slots[slot] = ++size;
        return size - 1;
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

    /** The hash first: it lies in one array, the key somewhere in the heap. */
    private boolean isAt(int ordinal, byte[] key, int length, int hash) {
        if (hashes[ordinal] != hash) {
            return false;
        }
        byte[] known = keys[ordinal];
        return known.length == length && Arrays.equals(known, 0, length, key, 0, length);
    }

    private void grow() {
        keys = Arrays.copyOf(keys, keys.length * 2);
        hashes = Arrays.copyOf(hashes, keys.length);
        slots = new int[keys.length * 2];
        for (int ordinal = 0; ordinal < size; ordinal++) {
            slots[slotOf(keys[ordinal], keys[ordinal].length, hashes[ordinal])] = ordinal + 1;
        }
    }

    /** MurmurHash3's mixing, over bytes. */
    private int hash(byte[] key, int length) {
        int hash = seed;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ key[i]) * 0x5bd1_e995;
            hash ^= hash >>> 15;
        }
        return hash ^ hash >>> 13;
    }

    int size() {
        return size;
    }

    byte[] key(int ordinal) {
        return keys[ordinal];
    }
}
