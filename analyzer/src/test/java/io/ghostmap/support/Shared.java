package io.ghostmap.support;

/**
 * What tests share although each has its own folder: names for JUnit's {@code ResourceLock}. Test classes run beside each
 * other, three at a time; most of the live ones only wait.
 */
public final class Shared {
    /**
     * The BPF programs, maps and links of this kernel. Whoever loads some, or compares all that there are, does it alone: a
     * collector lists every object of the kernel, and the lab refuses to begin while another Cilium is on it.
     */
    public static final String BPF = "the BPF objects of this kernel";

    /** Its namespaces, mounts and network devices: one test proves that the lab leaves none. */
    public static final String NAMESPACES = "the namespaces of this machine";

    private Shared() {}
}
