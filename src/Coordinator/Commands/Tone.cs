namespace Rigshift.Coordinator.Commands;

/// <summary>What a text means; a terminal shows it as a colour.</summary>
internal enum Tone
{
    Plain = 1,
    Dim = 2,
    Good = 3,
    Warn = 4,
    Bad = 5,
}
