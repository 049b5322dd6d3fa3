using System.Text.Json.Serialization;

namespace Rigshift.Agent.Commands;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServiceReport))]
[JsonSerializable(typeof(VersionReport))]
internal sealed partial class CommandsJson : JsonSerializerContext;
