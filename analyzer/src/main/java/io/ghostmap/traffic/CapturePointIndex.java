package io.ghostmap.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The different points, each with an ordinal. A node has a few; what a hostile capture invents beyond is one. */
final class CapturePointIndex {
    private static final int MAX_POINTS = 4_096;

    private final TreeMap<CapturePoint, Integer> ordinals = new TreeMap<>();
    private final List<CapturePoint> points = new ArrayList<>(List.of(CapturePoint.FURTHER));
    private int latest;

    int ordinal(int interfaceIndex, String interfaceName, Direction direction, Tunnel tunnel) {
        if (!points.get(latest).is(interfaceIndex, interfaceName, direction, tunnel)) {
            latest = find(new CapturePoint(interfaceIndex, interfaceName, direction, tunnel));
        }
        return latest;
    }

    private int find(CapturePoint point) {
        Integer known = ordinals.get(point);
        if (known != null) {
            return known;
        }
        if (points.size() == MAX_POINTS) {
            return 0;
        }
        ordinals.put(point, points.size());
        points.add(point);
        return points.size() - 1;
    }

    CapturePoint get(int ordinal) {
        return points.get(ordinal);
    }
}
