# shellcheck shell=bash
# As healthy, but the only backend of the frontend does not answer, although it is listed everywhere.

source "$lab/scenarios/healthy.sh"

silent_backends() { echo "${LAB_LIVE%:*}"; }
