# shellcheck shell=bash
# A healthy node; the only backend of the frontend is listed everywhere, and does not answer.

source "$lab/scenarios/healthy.sh"

silent_backends() { echo "${LAB_LIVE%:*}"; }
