package io.ghostmap.traffic;

import io.ghostmap.net.Endpoint;
import java.util.List;
import java.util.SortedMap;

/**
 * All that went to one address and port over UDP.
 *
 * @param flows client addresses and ports
 * @param requests datagrams to it, copies on other interfaces included
 * @param responses datagrams from it
 * @param replies flows by what came back
 * @param frames the first few with a request, or with a response where no request was captured
 */
public record UdpService(
        Endpoint endpoint,
        int flows,
        long requests,
        long responses,
        SortedMap<Reply, Integer> replies,
        long firstNanos,
        long lastNanos,
        List<FrameRef> frames) {}
