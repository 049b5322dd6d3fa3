namespace Rigshift.Agent.Model;

/// <summary>Where one agent keeps its things. Nothing of it is written anywhere else, so many agents fit on one machine.</summary>
/// <param name="StateDir">Journal, identity, attempts and artifacts; the room Storage decides what lies where in it.</param>
/// <param name="LogDir">The agent's own rolling logs.</param>
/// <param name="ConfigFile">The owner's agent.json; it may be missing.</param>
/// <param name="ControlEndpoint">Path of a Unix socket, or name of a Windows pipe (without the <c>\\.\pipe\</c>).</param>
internal sealed record AgentPaths(string StateDir, string LogDir, string ConfigFile, string ControlEndpoint);
