/**
 * What the guard reports about itself: the meters ({@link
 * dev.forwardguard.telemetry.GuardMetrics}), the log lines of an outage ({@link
 * dev.forwardguard.telemetry.FallbackLog}) and the format of the log ({@link
 * dev.forwardguard.telemetry.JsonLines}). Label values come from enums and never from requests.
 */
@NullMarked
package dev.forwardguard.telemetry;

import org.jspecify.annotations.NullMarked;
