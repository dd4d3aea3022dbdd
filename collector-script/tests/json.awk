# Reads one JSON document and prints "path<TAB>value" for each scalar: .steps[3].exit<TAB>0
# Ends with status 1 when it is not JSON. For the tests only; the collector itself parses no JSON.
BEGIN { RS = "\001" }
{ text = text $0 }
END {
    value("")
    skip()
    if (text != "") bad("something after the document")
}
function bad(reason) { print "not JSON: " reason ": " substr(text, 1, 40) > "/dev/stderr"; failed = 1; exit 1 }
function skip() { if (match(text, /^[ \t\r\n]+/)) text = substr(text, RLENGTH + 1) }
function take(pattern, what,    found) {
    skip()
    if (!match(text, pattern)) bad("expected " what)
    found = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    return found
}
function string(    raw) { raw = take("^\"([^\"\\\\]|\\\\.)*\"", "a string"); return substr(raw, 2, length(raw) - 2) }
function value(path,    first, number, key) {
    skip()
    first = substr(text, 1, 1)
    if (first == "{") {
        take("^\\{", "{"); skip()
        if (substr(text, 1, 1) != "}") for (;;) {
            key = string(); take("^:", ":"); value(path "." key); skip()
            if (substr(text, 1, 1) != ",") break
            take("^,", ",")
        }
        take("^\\}", "}")
    } else if (first == "[") {
        take("^\\[", "["); skip(); number = 0
        if (substr(text, 1, 1) != "]") for (;;) {
            value(path "[" number++ "]"); skip()
            if (substr(text, 1, 1) != ",") break
            take("^,", ",")
        }
        print path "[]\t" number
        take("^\\]", "]")
    } else if (first == "\"") print path "\t" unescape(string())
    else print path "\t" take("^(true|false|null|-?[0-9.eE+-]+)", "a value")
}
function unescape(raw,    out, i, code) {
    out = ""
    while (match(raw, /\\u00[0-9a-f][0-9a-f]/)) {
        code = (index("0123456789abcdef", substr(raw, RSTART + 4, 1)) - 1) * 16 + index("0123456789abcdef", substr(raw, RSTART + 5, 1)) - 1
        out = out substr(raw, 1, RSTART - 1) sprintf("%c", code)
        raw = substr(raw, RSTART + 6)
    }
    return out raw
}
