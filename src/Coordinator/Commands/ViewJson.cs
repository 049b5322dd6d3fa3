using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Rigshift.Coordinator.Demo;

namespace Rigshift.Coordinator.Commands;

/// <summary>How <c>--json</c> is written: one value, indented, camelCase, nothing else on standard output.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<JobView>))]
[JsonSerializable(typeof(IReadOnlyList<RigView>))]
[JsonSerializable(typeof(TokenView))]
[JsonSerializable(typeof(DemoReport))]
internal sealed partial class ViewJson : JsonSerializerContext
{
    public static void Write<T>(Screen screen, T value, JsonTypeInfo<T> type)
    {
        screen.Out.WriteLine(JsonSerializer.Serialize(value, type));
        screen.Out.Flush();
    }
}
