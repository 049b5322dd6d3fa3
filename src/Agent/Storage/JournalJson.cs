using System.Text.Json;
using System.Text.Json.Serialization;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>JSON in the journal, generated at build. A member that an older agent did not write reads as its default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    Converters = [typeof(DigestJson), typeof(GpuUuidJson), typeof(RuntimeSpecJson)])]
[JsonSerializable(typeof(AttemptBody))]
[JsonSerializable(typeof(JobSpec))]
[JsonSerializable(typeof(AttemptCard))]
internal sealed partial class JournalJson : JsonSerializerContext;

internal sealed class DigestJson : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("Not a digest.");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class GpuUuidJson : JsonConverter<GpuUuid>
{
    public override GpuUuid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? throw new JsonException("Not a GPU."));

    public override void Write(Utf8JsonWriter writer, GpuUuid value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

/// <summary>{"process": {...}} or {"onnx": {...}}: one member, named after the runtime.</summary>
internal sealed class RuntimeSpecJson : JsonConverter<RuntimeSpec>
{
    public override RuntimeSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            throw new JsonException("A runtime is an object with one member.");
        }

        var name = reader.GetString();
        reader.Read();
        RuntimeSpec? spec = name switch
        {
            "process" => JsonSerializer.Deserialize(ref reader, RuntimeJson.Default.ProcessSpec),
            "onnx" => JsonSerializer.Deserialize(ref reader, RuntimeJson.Default.OnnxSpec),
            _ => throw new JsonException("A runtime of a newer agent."),
        };
        reader.Read();
        return spec ?? throw new JsonException("A runtime is null.");
    }

    public override void Write(Utf8JsonWriter writer, RuntimeSpec value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        switch (value)
        {
            case ProcessSpec process:
                writer.WritePropertyName("process");
                JsonSerializer.Serialize(writer, process, RuntimeJson.Default.ProcessSpec);
                break;
            case OnnxSpec onnx:
                writer.WritePropertyName("onnx");
                JsonSerializer.Serialize(writer, onnx, RuntimeJson.Default.OnnxSpec);
                break;
            default:
                throw new JsonException($"The journal cannot write a {value.GetType().Name}.");
        }

        writer.WriteEndObject();
    }
}

/// <summary>The runtimes themselves; apart, so that their converter does not call itself.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ProcessSpec))]
[JsonSerializable(typeof(OnnxSpec))]
internal sealed partial class RuntimeJson : JsonSerializerContext;
