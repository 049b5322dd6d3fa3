using System.Text.Json.Serialization;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>
/// One generation as a file. Key, certificate and roots lie in one document because one file can be replaced whole: a power
/// cut never leaves a key beside another key's certificate.
/// </summary>
internal sealed record IdentityDocument(
    string RigId, string ClusterId, string CoordinatorUrl, string KeyPem, string CertificatePem, IReadOnlyList<string> RootsPem)
{
    // The key must not reach a log through a record's generated text.
    public override string ToString() => $"identity of rig {RigId}";
}

[JsonSerializable(typeof(IdentityDocument))]
[JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
internal sealed partial class IdentityJson : JsonSerializerContext;
