package io.ghostmap.datapath.cilium;

import io.ghostmap.bundle.Citation;
import io.ghostmap.datapath.Service;
import io.ghostmap.datapath.View;
import io.ghostmap.datapath.program.Answer;
import io.ghostmap.datapath.program.Choice;
import io.ghostmap.datapath.program.Conditions;
import io.ghostmap.datapath.program.Decision;
import io.ghostmap.datapath.program.Errno;
import io.ghostmap.datapath.program.Naming;
import io.ghostmap.datapath.program.Question;
import io.ghostmap.datapath.program.Release;
import io.ghostmap.datapath.program.Rewrite;
import io.ghostmap.datapath.program.SocketProgram;
import io.ghostmap.evidence.AgentOptions.Option;
import io.ghostmap.evidence.AttachType;
import io.ghostmap.evidence.MapEntry;
import io.ghostmap.net.Endpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@code __sock4_xlate_fwd} and {@code __sock4_xlate_rev} of Cilium's {@code bpf/bpf_sock.c} step by step, over the tables
 * of one program's own view.
 */
final class CiliumProgram implements SocketProgram {
    private final View view;
    private final List<Semantics> releases;
    private final Inquiry.Setting setting;
    private final OwnTables own;

    /** Of the services maps that were dumped whole. */
    private final Optional<KnownEndpoints> knownV4;

    private final Optional<KnownEndpoints> knownV6;

    /** {@code releases}: of which the program can be; at least one. */
    CiliumProgram(View view, List<Semantics> releases, Inquiry.Setting setting, OwnTables own) {
        this.view = view;
        this.releases = releases;
        this.setting = setting;
        this.own = own;
        this.knownV4 = own.known(view.servicesV4());
        this.knownV6 = own.known(view.servicesV6());
    }

    // ---- connect and sendmsg --------------------------------------------------------------------------

    @Override
    public Answer translate(Question question) {
        if (knowsNothingOf(question)) {
            return Answer.PASSES;
        }
        return byRelease(question.given(), (releases, given) -> translate(releases, question, given))
                .answer();
    }

    /** Whether no release would find a service for any client; connect6 has two maps for an IPv4 address. */
    private boolean knowsNothingOf(Question question) {
        Endpoint address = question.address();
        boolean v4 = address.address().isV4();
        Optional<KnownEndpoints> known = v4 ? knownV4 : knownV6;
        return known.isPresent()
                && !(v4 && question.hook() == AttachType.CONNECT6)
                && !known.get().mayBeFound(address);
    }

    /**
     * connect6 looks an IPv4 destination up as the mapped address that it is first, and unwraps it where the IPv6 maps
     * have no service for that. They hardly ever have one: what they leave open is no reason for doubt.
     */
    private Inquiry.Result translate(List<Semantics> releases, Question question, Conditions given) {
        Endpoint address = question.address();
        if (question.hook() != AttachType.CONNECT6 || !address.address().isV4()) {
            return look(releases, address, question, given);
        }
        boolean unwraps = releases.get(0).has(Trait.UNWRAPS_MAPPED);
        boolean alikeInThat = releases.stream().allMatch(release -> release.has(Trait.UNWRAPS_MAPPED) == unwraps);
        if (!unwraps) {
            return look(releases, address.mapped(), question, given).alikeIf(alikeInThat);
        }
        if (view.servicesV6().content().isEmpty()) {
            return look(releases, address, question, given).alikeIf(alikeInThat);
        }
        Inquiry.Result wrapped =
                look(releases, address.mapped(), question, given).alikeIf(alikeInThat);
        List<Choice> choices = new ArrayList<>();
        List<Choice> unwrapped = new ArrayList<>(wrapped.misses());
        wrapped.choices()
                .forEach(choice -> (choice.decision() instanceof Decision.Unknown ? unwrapped : choices).add(choice));
        List<Choice> misses = new ArrayList<>();
        List<MapEntry> entries = new ArrayList<>(wrapped.entries());
        List<Citation> options = new ArrayList<>(wrapped.options());
        boolean alike = wrapped.alike();
        for (Choice open : unwrapped) {
            Inquiry.Result plain = look(releases, address, question, open.given());
            choices.addAll(plain.choices());
            misses.addAll(plain.misses());
            entries.addAll(plain.entries());
            options.addAll(plain.options());
            alike &= plain.alike();
        }
        return new Inquiry.Result(
                List.copyOf(choices), List.copyOf(misses), List.copyOf(entries), List.copyOf(options), alike);
    }

    private Inquiry.Result look(List<Semantics> releases, Endpoint address, Question question, Conditions given) {
        Inquiry inquiry = new Inquiry(view, releases, address, question, setting, own);
        ServiceFinder finder = new ServiceFinder(inquiry, new BackendFinder(inquiry)::follow);
        boolean hostOnly = setting.options().hostNetworkOnly();
        if (inquiry.canBeSet(hostOnly, Option.HOST_NETWORK_ONLY) && inquiry.has(Trait.ASKS_FOR_NAMESPACE)) {
            inquiry.byOption(
                    hostOnly,
                    Option.HOST_NETWORK_ONLY,
                    given,
                    where -> inquiry.onHost(where, finder::find, inquiry::pass),
                    finder::find);
        } else {
            finder.find(given);
        }
        return inquiry.result();
    }

    // ---- recvmsg and getpeername ----------------------------------------------------------------------

    @Override
    public Naming name(Question question, List<Rewrite> notes) {
        boolean unwraps = releases.get(0).has(Trait.UNWRAPS_MAPPED);
        if (releases.stream().allMatch(release -> release.has(Trait.UNWRAPS_MAPPED) == unwraps)) {
            return name(question, unwraps, notes);
        }
        List<Naming> namings = new ArrayList<>();
        List<List<Release>> groups = Stream.of(true, false)
                .map(unwrapping -> releases.stream()
                        .filter(release -> release.has(Trait.UNWRAPS_MAPPED) == unwrapping)
                        .map(Semantics::release)
                        .toList())
                .toList();
        question.given()
                .splitByRelease(
                        view.program().id(),
                        groups,
                        (group, given) -> namings.add(name(question.given(given), group == 0, notes)));
        return Naming.together(namings);
    }

    private Naming name(Question question, boolean unwraps, List<Rewrite> notes) {
        return new NameFinder(view, question, unwraps, (note, given) -> stillServed(question, note, given)).find(notes);
    }

    /** What the program once translated it finds again, whatever the options are now. */
    private Inquiry.Result stillServed(Question question, Rewrite note, Conditions given) {
        return byRelease(given, (releases, where) -> {
            Inquiry inquiry = new Inquiry(view, releases, note.asked(), question, setting, own);
            new ServiceFinder(inquiry, (service, then) -> recall(inquiry, service, note, then)).findAgain(where);
            return inquiry.result();
        });
    }

    /** An id that another service has by now, or a service that has lost its backends, does not count. */
    private static void recall(Inquiry inquiry, Service service, Rewrite note, Conditions given) {
        inquiry.cite(service.entry());
        boolean same = service.revNatId() == note.serviceId();
        if (same && (service.count() > 0 || BackendFinder.isProxied(inquiry, service, given))) {
            inquiry.pass(given);
        } else {
            inquiry.miss(given);
        }
    }

    // ---- releases -------------------------------------------------------------------------------------

    /** Looks with the semantics of some releases, under some conditions. */
    private interface Look {
        Inquiry.Result with(List<Semantics> releases, Conditions given);
    }

    /** With each semantics that the program can have; if their ends differ, each end has its semantics as a condition. */
    private Inquiry.Result byRelease(Conditions given, Look look) {
        List<Semantics> possible = possible(given);
        Inquiry.Result all = look.with(possible, given);
        if (all.alike()) {
            return all;
        }
        Map<Ends, List<Semantics>> byEnds = new LinkedHashMap<>();
        for (Semantics release : possible) {
            byEnds.computeIfAbsent(Ends.of(look.with(List.of(release), given)), ends -> new ArrayList<>())
                    .add(release);
        }
        List<List<Semantics>> groups = List.copyOf(byEnds.values());
        if (groups.size() == 1) {
            return together(groups.get(0), given, look);
        }
        List<Choice> choices = new ArrayList<>();
        List<Choice> misses = new ArrayList<>();
        Set<MapEntry> entries = new LinkedHashSet<>();
        Set<Citation> options = new LinkedHashSet<>();
        List<List<Release>> names = groups.stream().map(CiliumProgram::names).toList();
        given.splitByRelease(view.program().id(), names, (group, where) -> {
            Inquiry.Result result = together(groups.get(group), where, look);
            choices.addAll(result.choices());
            misses.addAll(result.misses());
            entries.addAll(result.entries());
            options.addAll(result.options());
        });
        return new Inquiry.Result(
                List.copyOf(choices), List.copyOf(misses), List.copyOf(entries), List.copyOf(options), false);
    }

    /** What is compared of releases: an error is no difference. */
    private record Ends(List<Choice> choices, List<Choice> misses) {
        static Ends of(Inquiry.Result result) {
            return new Ends(
                    result.choices().stream()
                            .map(choice -> withErrors(choice, List.of()))
                            .toList(),
                    result.misses());
        }
    }

    private List<Semantics> possible(Conditions given) {
        if (releases.size() == 1 || given.assumed().isEmpty()) {
            return releases;
        }
        List<Release> possible = given.possible(view.program().id(), names(releases));
        return releases.stream()
                .filter(semantics -> possible.contains(semantics.release()))
                .toList();
    }

    private static List<Release> names(List<Semantics> releases) {
        return releases.stream().map(Semantics::release).toList();
    }

    /** Releases that differ in the errors of refusals only, as one with the errors of all. */
    private static Inquiry.Result together(List<Semantics> releases, Conditions given, Look look) {
        List<Inquiry.Result> results = releases.stream()
                .map(release -> look.with(List.of(release), given))
                .toList();
        Inquiry.Result first = results.get(0);
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < first.choices().size(); i++) {
            int place = i;
            List<Errno> errors = results.stream()
                    .flatMap(result -> errors(result.choices().get(place)))
                    .distinct()
                    .toList();
            choices.add(withErrors(first.choices().get(i), errors));
        }
        return new Inquiry.Result(
                List.copyOf(choices),
                first.misses(),
                distinct(results, Inquiry.Result::entries),
                distinct(results, Inquiry.Result::options),
                false);
    }

    private static <T> List<T> distinct(List<Inquiry.Result> results, Function<Inquiry.Result, List<T>> part) {
        return results.stream()
                .flatMap(result -> part.apply(result).stream())
                .distinct()
                .toList();
    }

    private static Stream<Errno> errors(Choice choice) {
        return choice.decision() instanceof Decision.Refuses refuses ? refuses.errors().stream() : Stream.empty();
    }

    private static Choice withErrors(Choice choice, List<Errno> errors) {
        return choice.decision() instanceof Decision.Refuses refuses
                ? new Choice(
                        new Decision.Refuses(refuses.reason(), errors), choice.share(), choice.given(), choice.cookie())
                : choice;
    }
}
