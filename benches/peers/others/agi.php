<?php
// An AGI script as PHP programmers write it: a process for each call, a round trip for each variable.
while (($line = fgets(STDIN)) !== false && trim($line) !== '') {
}
$variables = json_decode($argv[1], true);
foreach ($variables as [$name, $value]) {
    fwrite(STDOUT, "SET VARIABLE BINA_$name \"$value\"\n");
    fflush(STDOUT);
    fgets(STDIN);
}
