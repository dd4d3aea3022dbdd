package io.ghostmap.report;
public final class MarkdownRenderer { private MarkdownRenderer(){} public static String render(Report r){ return ""; } }
