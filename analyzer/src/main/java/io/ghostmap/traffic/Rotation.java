package io.ghostmap.traffic;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's name shows about rotation: tcpdump -C writes {@code any.pcap}, {@code any.pcap1}, …, with -W
 * {@code any.pcap00}, with -G times such as {@code any-20261123-024100.pcap}; dumpcap
 * {@code any_00002_20261123024100.pcapng}. In a ring of files the highest number need not be the latest.
 *
 * @param set the name without what rotation adds and without endings: files of one set are one capture
 * @param ordinal what rotation added, only digits; empty for a file that is not rotated or is the first
 * @param counted whether the ordinal counts files one by one, so that a missing one shows
 */
record Rotation(String set, String ordinal, boolean counted) {
    /** The order in which they were begun, the first time round a ring. */
    static final Comparator<Rotation> ORDER = (one, other) -> {
        int byLength = Integer.compare(one.ordinal().length(), other.ordinal().length());
        return byLength != 0 ? byLength : one.ordinal().compareTo(other.ordinal());
    };

    private static final Pattern NAME =
            Pattern.compile("(?<stem>.+?)\\.(pcap(?<count>\\d{0,6})|pcapng|cap)(\\.gz|\\.zst)?");
    private static final Pattern DUMPCAP = Pattern.compile("(?<set>.+)_(?<count>\\d{5,6})_\\d{14}");

    /** At least the eight digits of a date, or seconds since the epoch: {@code eth0} and {@code lxc12345} are names. */
    private static final Pattern TIMED =
            Pattern.compile("(?<set>.+?)[-_.@](?<time>(?=([:T_.-]?\\d){8})\\d{4}[\\d:T_.-]*)");

    static Rotation of(String path) {
        Matcher name = NAME.matcher(path);
        if (!name.matches()) {
            return new Rotation(path, "", false);
        }
        String stem = name.group("stem");
        String count = name.group("count");
        if (count != null && !count.isEmpty()) {
            return new Rotation(stem, count, true);
        }
        Matcher dumpcap = DUMPCAP.matcher(stem);
        if (dumpcap.matches()) {
            return new Rotation(dumpcap.group("set"), dumpcap.group("count"), true);
        }
        Matcher timed = TIMED.matcher(stem);
        if (timed.matches()) {
            return new Rotation(timed.group("set"), timed.group("time").replaceAll("\\D", ""), false);
        }
        return new Rotation(stem, "", count != null);
    }

    /** The number of a counted file; the one without is the first. */
    int number() {
        return ordinal.isEmpty() ? 0 : Integer.parseInt(ordinal);
    }
}
