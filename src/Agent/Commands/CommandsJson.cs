using System.Text.Json.Serialization;
using Rigshift.Agent.Control;

namespace Rigshift.Agent.Commands;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EnrollReport))]
[JsonSerializable(typeof(JobsReport))]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(VersionReport))]
internal sealed partial class CommandsJson : JsonSerializerContext;
