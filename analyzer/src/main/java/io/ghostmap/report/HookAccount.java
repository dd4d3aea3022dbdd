package io.ghostmap.report;

import io.ghostmap.datapath.Attachment;
import io.ghostmap.datapath.Datapath;
import io.ghostmap.datapath.View;
import io.ghostmap.diagnosis.Incident;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.BpfLink;
import io.ghostmap.evidence.BpfProgram;
import io.ghostmap.replay.Hook;
import io.ghostmap.replay.HookProgram;
import java.util.List;
import java.util.Optional;

/** A hook, and what the lists of the node say about each of its programs. */
record HookAccount(Hook hook, List<Program> programs) {

    /** On which generation a program works. */
    enum Reads {
        STALE,
        CURRENT,
        /** No services map of the load balancer. */
        NONE,
        /** It is not the load balancer's, and what it does is not known. */
        FOREIGN,
        /** No list of programs has it. */
        UNKNOWN
    }

    /**
     * A program at its place in the hook.
     *
     * @param flags with which it is attached, as the tree printed them; the lists of effective programs have none
     */
    record Program(HookProgram program, Optional<BpfProgram> listed, String flags, Reads reads) {
        int id() {
            return program.programId();
        }

        Attachment.Via via() {
            return program.attachment().map(Attachment::via).orElse(Attachment.Via.UNKNOWN);
        }

        Optional<BpfLink> link() {
            return program.attachment().flatMap(Attachment::link);
        }

        List<Integer> maps() {
            return listed.map(BpfProgram::mapIds).orElse(List.of());
        }

        String loadedAt() {
            return Words.timeOfSeconds(
                    listed.map(known -> known.loadedAt().orElse(0)).orElse(0L));
        }
    }

    static HookAccount of(Incident incident, Hook hook) {
        return new HookAccount(
                hook,
                hook.programs().stream()
                        .map(program -> new Program(
                                program,
                                incident.evidence().bpf().state().programs().find(program.programId()),
                                attachFlags(incident, program),
                                reads(incident.datapath(), program, hook.attachType())))
                        .toList());
    }

    private static String attachFlags(Incident incident, HookProgram program) {
        return incident.evidence().cgroups().attached().stream()
                .flatMap(cgroup -> cgroup.programs().stream())
                .filter(row -> row.programId() == program.programId())
                .map(row -> row.flags())
                .findFirst()
                .orElse("");
    }

    private static Reads reads(Datapath datapath, HookProgram program, AttachType type) {
        if (!program.listed()) {
            return Reads.UNKNOWN;
        }
        Optional<View> view = program.view();
        if (view.isEmpty()) {
            return Reads.FOREIGN;
        }
        if (datapath.readsStale(view.get(), type)) {
            return Reads.STALE;
        }
        return view.get()
                        .servicesV4()
                        .mapId()
                        .or(() -> view.get().servicesV6().mapId())
                        .isPresent()
                ? Reads.CURRENT
                : Reads.NONE;
    }
}
