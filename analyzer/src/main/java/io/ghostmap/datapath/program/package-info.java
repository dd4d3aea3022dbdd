/**
 * What one program at a socket hook does with one address: the question, the answer, and the conditions under which it
 * holds. A load balancer's package implements {@link io.ghostmap.datapath.program.SocketProgram}, and {@code replay} runs
 * chains of them, without either knowing the other. These types are here, below both, because data flows from {@code
 * datapath} to {@code replay}: a load balancer that offers a program may not depend on the package that asks it. Nothing
 * here knows a release, a flag or a layout of any load balancer.
 */
@NullMarked
package io.ghostmap.datapath.program;

import org.jspecify.annotations.NullMarked;
