using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rigshift.Coordinator.Serving;

/// <summary>All a program needs to talk to the coordinator as its operator; <c>operator.json</c>. Secret.</summary>
internal sealed record OperatorCredential(string Url, string RootPem, string CertificatePem, string KeyPem)
{
    /// <exception cref="IOException">The file cannot be read: no coordinator has run on this directory, or it belongs to somebody else.</exception>
    /// <exception cref="JsonException">The file is damaged; delete it and start the coordinator again.</exception>
    public static OperatorCredential Load(string path) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(path), OperatorCredentialJson.Default.OperatorCredential)
            ?? throw new JsonException($"{path} is empty. Delete it and start the coordinator again.");

    public void Save(string path) => PrivateFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, OperatorCredentialJson.Default.OperatorCredential));

    /// <summary>The only root to trust.</summary>
    public X509Certificate2 Root() => X509Certificate2.CreateFromPem(RootPem);

    /// <summary>The client certificate with its key, in a form that every system's TLS takes.</summary>
    public X509Certificate2 Certificate()
    {
        using var pem = X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
        // SChannel refuses keys that live in memory only.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    // The key must not reach a log through a record's generated text.
    public override string ToString() => $"operator of {Url}";
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OperatorCredential))]
internal sealed partial class OperatorCredentialJson : JsonSerializerContext;
