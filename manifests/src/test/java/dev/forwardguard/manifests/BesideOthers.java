package dev.forwardguard.manifests;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * For a class whose tests mostly wait, have processes of their own and measure no short times: it
 * runs beside the classes without this annotation. The lock keeps those with it, and their methods,
 * one after another.
 */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("beside others")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface BesideOthers {}
