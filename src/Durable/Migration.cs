namespace Rigshift.Durable;

/// <summary>One step of a schema: SQL that takes version Number-1 to Number. Published steps never change.</summary>
public sealed record Migration(int Number, string Sql);
