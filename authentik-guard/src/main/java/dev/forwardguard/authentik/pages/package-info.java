/** The pages that visitors read instead of the application, in HTML and in plain text. */
@NullMarked
package dev.forwardguard.authentik.pages;

import org.jspecify.annotations.NullMarked;
