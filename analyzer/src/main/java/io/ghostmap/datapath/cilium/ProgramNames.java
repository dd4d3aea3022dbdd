package io.ghostmap.datapath.cilium;

import io.ghostmap.evidence.AttachType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the name of a program shows: whose it is, for which hook, and of which releases. The kernel cuts names to 15 characters. */
final class ProgramNames {
    /** Programs of 1.13 and later. */
    private static final Pattern PREFIXED = Pattern.compile("cil_sock([46]_.+|_releas.*)");

    /** Programs up to 1.12. */
    private static final Pattern PLAIN =
            Pattern.compile("sock[46]_(connect|sendmsg|recvmsg|getpeerna.*|post_bind|pre_bind|bind|xlate.*)");

    private static final Pattern PURPOSE = Pattern.compile("(cil_)?sock(?<family>[46])_(?<purpose>.+)");

    /** Programs of any hook: those of tc and XDP read the same tables. */
    private static final Pattern ANY_HOOK = Pattern.compile("cil_.*|handle_.*|tail_.*|bpf_.*|from-.*|to-.*");

    private static final String RELEASE_PROGRAM = "cil_sock_releas";

    /** The hooks of both families. */
    private record Hooks(AttachType v4, AttachType v6) {}

    /** By how the purpose in a program's name begins; of two that fit the former. */
    private static final Map<String, Hooks> HOOKS = new LinkedHashMap<>();

    static {
        Hooks connect = new Hooks(AttachType.CONNECT4, AttachType.CONNECT6);
        Hooks sendmsg = new Hooks(AttachType.SENDMSG4, AttachType.SENDMSG6);
        Hooks recvmsg = new Hooks(AttachType.RECVMSG4, AttachType.RECVMSG6);
        Hooks postBind = new Hooks(AttachType.POST_BIND4, AttachType.POST_BIND6);
        HOOKS.put("conne", connect);
        HOOKS.put("sendm", sendmsg);
        HOOKS.put("recvm", recvmsg);
        HOOKS.put("getpe", new Hooks(AttachType.GETPEERNAME4, AttachType.GETPEERNAME6));
        HOOKS.put("post_", postBind);
        HOOKS.put("pre_b", new Hooks(AttachType.BIND4, AttachType.BIND6));
        HOOKS.put("bind", postBind); // 1.8's name of the program at post_bind
        HOOKS.put("xlate_snd", sendmsg);
        HOOKS.put("xlate_rcv", recvmsg);
        HOOKS.put("xlate", connect);
    }

    private ProgramNames() {}

    /** Whether Cilium gives such a name to a program of a socket hook. */
    static boolean isOfSocketHook(String name) {
        return PREFIXED.matcher(name).matches() || PLAIN.matcher(name).matches();
    }

    /** Whether it gives such a name to a program of any hook. */
    static boolean isOfAnyHook(String name) {
        return ANY_HOOK.matcher(name).matches();
    }

    /** The hook that the program was made for. */
    static Optional<AttachType> hook(String name) {
        if (name.startsWith(RELEASE_PROGRAM)) {
            return Optional.of(AttachType.SOCK_RELEASE);
        }
        Matcher parts = PURPOSE.matcher(name);
        if (!parts.matches()) {
            return Optional.empty();
        }
        boolean v4 = parts.group("family").equals("4");
        String purpose = parts.group("purpose");
        return HOOKS.entrySet().stream()
                .filter(hook -> purpose.startsWith(hook.getKey()))
                .map(hook -> v4 ? hook.getValue().v4() : hook.getValue().v6())
                .findFirst();
    }

    /** From which releases it can be. */
    static VersionRange versions(String name) {
        if (name.startsWith(RELEASE_PROGRAM)) {
            return VersionRange.since(18);
        }
        if (PREFIXED.matcher(name).matches()) {
            return VersionRange.since(13);
        }
        return PLAIN.matcher(name).matches() ? plain(name) : VersionRange.ANY;
    }

    /** Up to 1.7 it is called after the translation, then after the hook; at post_bind and bind it has had two names. */
    private static VersionRange plain(String name) {
        String purpose = name.substring(name.indexOf('_') + 1);
        return switch (purpose) {
            case "bind" -> VersionRange.between(8, 9);
            case "post_bind" -> VersionRange.upTo(12);
            case "pre_bind" -> VersionRange.between(10, 12);
            default -> purpose.startsWith("xlate") ? VersionRange.upTo(7) : VersionRange.between(8, 12);
        };
    }
}
