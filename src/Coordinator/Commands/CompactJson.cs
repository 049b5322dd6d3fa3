using System.Text.Json.Serialization;

namespace Rigshift.Coordinator.Commands;

/// <summary>One value per line, for streams.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RigView))]
internal sealed partial class CompactJson : JsonSerializerContext;
