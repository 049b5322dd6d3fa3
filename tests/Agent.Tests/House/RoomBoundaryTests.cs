using System.Text.RegularExpressions;

namespace Rigshift.Agent.Tests.House;

/// <summary>Rooms import one way, and what is dangerous or heavy is said in few of them.</summary>
internal sealed partial class RoomBoundaryTests
{
    /// <summary>What each room may use; the drawing is in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Model"] = [],
        ["Interop"] = ["Model"],
        ["Storage"] = ["Interop", "Model"],
        ["Runtimes"] = ["Interop", "Storage", "Model"],
        ["Artifacts"] = ["Interop", "Storage", "Model"],
        ["Leases"] = ["Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        ["Jobs"] = ["Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        ["Sessions"] = ["Jobs", "Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        ["Control"] = ["Sessions", "Jobs", "Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        ["Hosting"] = ["Control", "Sessions", "Jobs", "Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        // The verbs start the host and use what it decides: exit codes, paths, service registration.
        ["Commands"] = ["Hosting", "Control", "Sessions", "Jobs", "Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
        ["Program"] = ["Commands", "Hosting", "Control", "Sessions", "Jobs", "Leases", "Artifacts", "Runtimes", "Interop", "Storage", "Model"],
    };

    private static readonly IReadOnlyList<SourceFile> Agent = Repository.Sources("src/Agent");

    [Test]
    public void Rooms_EachReference_GoesAlongAnAllowedEdge()
    {
        var faults =
            from file in Agent
            let room = RoomOf(file)
            from line in file.CodeLines
            from Match match in RoomName().Matches(line.Line)
            let used = match.Groups["room"].Value
            where used != room && Allowed.ContainsKey(used) && !Allowed[room].Contains(used)
            select $"{file.Path}({line.Number}): {room} may not use {used}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Rooms_EachFolder_IsInTheTable() =>
        Assert.That(Agent.Select(RoomOf).Distinct(), Is.SubsetOf(Allowed.Keys));

    [TestCase(@"\bRigshift\.Protocol\b|\bGrpc\.", "Sessions", TestName = "Only_Sessions_SeesProtocolAndGrpc")]
    [TestCase(@"\busing Polly\b", "Sessions,Artifacts", TestName = "Only_SessionsAndArtifacts_RetryWithPolly")]
    [TestCase(@"\busing Serilog\b|\bSerilog\.", "Hosting,Program", TestName = "Only_Hosting_NamesSerilog")]
    [TestCase(@"\[LibraryImport|\[DllImport|\bNativeLibrary\.", "Interop", TestName = "Only_Interop_ImportsNativeCode")]
    [TestCase(@"\bunsafe\b|\bstackalloc\s+\w+\*", "Interop", TestName = "Only_Interop_IsUnsafe")]
    [TestCase(@"\bnew ProcessStartInfo\b|\bProcess\.Start\b", "Runtimes,Hosting,Interop", TestName = "Only_RuntimesAndHosting_StartProcesses")]
    [TestCase(@"\bnew HttpClient\b|\bSocketsHttpHandler\b|\bnew TcpClient\b|\bnew TcpListener\b|\bnew UdpClient\b", "Sessions,Artifacts", TestName = "Only_SessionsAndArtifacts_TouchTheNetwork")]
    [TestCase(@"\bnew Socket\b|\bSocket\? socket = new\b|\bNamedPipe(Server|Client)Stream\b", "Control,Sessions,Runtimes,Interop", TestName = "Only_ControlAndBelow_OpenSockets")]
    [TestCase(@"\bRigshift\.Durable\b|\bMicrosoft\.Data\.Sqlite\b", "Storage", TestName = "Only_Storage_SeesTheDatabase")]
    [TestCase(@"\bConsole\.(Write|Out|Error|In)\b", "Commands,Hosting,Program,Runtimes", TestName = "Only_Commands_TalkToTheConsole")]
    public void Rooms_WhatOnlySomeMayDo_IsNowhereElse(string pattern, string rooms)
    {
        var may = rooms.Split(',');
        var faults =
            from file in Agent
            where !may.Contains(RoomOf(file))
            from line in file.CodeLines
            where Regex.IsMatch(line.Line, pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            select $"{file.Path}({line.Number}): {line.Line.Trim()}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Coordinator_NeverUsesTheAgent()
    {
        var faults = Repository.Sources("src/Coordinator").Where(file => file.Code.Contains("Rigshift.Agent", StringComparison.Ordinal)).Select(file => file.Path);

        Assert.That(faults.ToList(), Is.Empty);
    }

    private static string RoomOf(SourceFile file) => file.Path.Split('/') is ["src", "Agent", var room, _, ..] ? room : "Program";

    // In usings, and as a relative name: inside Rigshift.Agent.Jobs, "Storage.Journal" needs no using.
    [GeneratedRegex(@"(?<![\w.])(?:Rigshift\.)?(?:Agent\.)?(?<room>Model|Interop|Storage|Runtimes|Artifacts|Leases|Jobs|Sessions|Control|Hosting|Commands)(?=\.[A-Z]\w*|;)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RoomName();
}
