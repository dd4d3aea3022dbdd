@org.jspecify.annotations.NullMarked
package io.ghostmap;
