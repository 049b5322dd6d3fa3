# wine.sh: source it. One Wine prefix, one server, and only their own processes are ever ended.
#   wine_up PREFIX    makes and boots it; W PROGRAM ARG... runs in it; wine_down powers it off.
# 64-bit Wine only. The server is made persistent: without that, services die with the last foreground program.
export WINEDEBUG=${WINEDEBUG:--all} DISPLAY= WINEARCH=win64
# Set to disable mscoree, as many guides say, CoreCLR cannot load its own libraries.
unset WINEDLLOVERRIDES
WINE=/usr/lib/wine/wine64 WINESERVER=/usr/lib/wine/wineserver64

W() { timeout "${W_LIMIT:-60}" "$WINE" "$@" 2>&1 | tr -d '\r'; return "${PIPESTATUS[0]}"; }

wine_up() {
  export WINEPREFIX=$1
  mkdir -p "$WINEPREFIX"
  setsid "$WINESERVER" -f -p >"$WINEPREFIX.server.log" 2>&1 &
  WINE_SERVER_PID=$!
  sleep 0.3
  timeout 120 "$WINE" wineboot >/dev/null 2>&1
}

wine_pids() {                        # processes that carry our prefix in their environment
  local entry
  for entry in /proc/[0-9]*; do
    case "$(readlink "$entry/exe" 2>/dev/null)" in
      /usr/lib/wine/*) tr '\0' '\n' <"$entry/environ" 2>/dev/null | grep -qxF "WINEPREFIX=$WINEPREFIX" && echo "${entry#/proc/}" ;;
    esac
  done
}

wine_down() {                        # a signal to the server alone leaves .NET services behind
  timeout 20 "$WINESERVER" -k >/dev/null 2>&1
  local pid
  for pid in $(wine_pids); do kill -9 "$pid" 2>/dev/null; done
  wait "$WINE_SERVER_PID" 2>/dev/null
  return 0
}
