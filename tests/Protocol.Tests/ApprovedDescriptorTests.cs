using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Rigshift.Protocol.V1;

namespace Rigshift.Protocol.Tests;

internal sealed class ApprovedDescriptorTests
{
    private const string Switch = "RIGSHIFT_APPROVE";

    private static readonly FileDescriptor[] Files =
    [
        EnrollmentReflection.Descriptor, FleetReflection.Descriptor, JobReflection.Descriptor, JobsReflection.Descriptor, LogsReflection.Descriptor, RigReflection.Descriptor,
    ];

    [Test]
    public void Protocol_IsAsApproved()
    {
        var actual = Text();
        if (Environment.GetEnvironmentVariable(Switch) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Sources.Approved)!); // A path of ours, with a directory.
            File.WriteAllText(Sources.Approved, actual);
        }

        Assert.That(
            actual.Split('\n'),
            Is.EqualTo(File.ReadAllText(Sources.Approved).Split('\n')),
            $"The protocol has changed. Rigs and coordinators in the field speak the approved one: numbers and types of fields must stay, and new fields "
            + $"must be ignorable. If the change is meant, run this test once with {Switch}=1 and commit {Sources.Approved}.");
    }

    [Test]
    public void EveryProtoFile_IsAmongTheApproved() =>
        Assert.That(Files.Select(f => Path.GetFileName(f.Name)), Is.EquivalentTo(Sources.ProtoFiles().Select(p => Path.GetFileName(p))));

    private static string Text()
    {
        var formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation());
        var text = new StringBuilder();
        foreach (var file in Files)
        {
            text.Append("// ").Append(file.Name).Append('\n').Append(formatter.Format(file.ToProto())).Append('\n');
        }

        return text.Replace("\r", "").ToString();
    }
}
