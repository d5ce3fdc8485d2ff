/**
 * Password checks for Emergency Access, used while single sign-on is down: an htpasswd file as an
 * immutable value, the {@code Authorization: Basic} header that is checked against it, and the
 * challenge that asks for that header. The code is pure: no framework, no Kubernetes, no I/O, no
 * clock. Everything is thread-safe.
 *
 * <p>Start with {@link dev.forwardguard.htpasswd.Htpasswd}. Its {@code parse} turns a file's bytes
 * into users and rejected lines. Its {@code authenticate} is the only method in the project that
 * accepts a password. {@link dev.forwardguard.htpasswd.Credentials} parses the header strictly.
 * {@link dev.forwardguard.htpasswd.ClaimedUsers} parses the same header as leniently as possible,
 * so that an emergency password is never forwarded to another server. Each {@link
 * dev.forwardguard.htpasswd.PasswordHash} implements one family of password formats.
 *
 * <p>Two rules hold everywhere. Passwords, hashes and the text of lines never appear in a {@code
 * toString}, an exception message or an exception's cause. And a single code path leads to {@code
 * true}: every failure on it is an exception or {@code false}.
 */
@NullMarked
package dev.forwardguard.htpasswd;

import org.jspecify.annotations.NullMarked;
