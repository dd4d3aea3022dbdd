/**
 * What load-balancing maps mean. In goes {@link io.ghostmap.evidence.Evidence}, out goes
 * {@link io.ghostmap.datapath.Datapath}: maps of one role as generations, one of them current, and for each program the
 * view that its own maps give it and what it does with that. Ids of one map are never joined with another map outside a
 * view. What is a single load balancer's own is in a package below, which implements {@link io.ghostmap.datapath.LoadBalancer}.
 */
@NullMarked
package io.ghostmap.datapath;

import org.jspecify.annotations.NullMarked;
