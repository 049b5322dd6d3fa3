<#
.SYNOPSIS
Builds, tests, checks and packs Rigshift. Runs with pwsh 7 on Windows and Linux; CI runs the same stages.
.EXAMPLE
pwsh build.ps1 -Task Build,Test
.EXAMPLE
pwsh build.ps1 -Task Publish -Runtime win-x64
#>
[CmdletBinding()]
param(
    [ValidateSet('Restore', 'Build', 'Test', 'Format', 'Publish', 'Pack', 'All')]
    [string[]] $Task = @('Build'),
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',
    # Empty: this system's.
    [ValidateSet('', 'linux-x64', 'win-x64')]
    [string] $Runtime = '',
    # Locked restore and deterministic paths, as on the build machine.
    [switch] $Ci
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$root = $PSScriptRoot
$onWindows = [Environment]::OSVersion.Platform -eq [PlatformID]::Win32NT
if ($Runtime -eq '') { $Runtime = if ($onWindows) { 'win-x64' } else { 'linux-x64' } }
if ($Ci) { $env:CI = 'true' }
$env:DOTNET_NOLOGO = '1'

# Runs dotnet; its exit code is the stage's.
function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE" }
}

function Invoke-Stage([string] $Name, [scriptblock] $Body) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    & $Body
    [Console]::WriteLine(('== {0,-8} {1,7:n1} s' -f $Name, $clock.Elapsed.TotalSeconds))
}

# A program's folder as users get it. Native AOT only where the target is this system: there is no cross-compiler for Windows.
function Publish-Program([string] $Project, [bool] $Native, [string] $Folder) {
    $options = @("$root/src/$Project", "-p:RuntimeIdentifier=$Runtime", "-p:Configuration=$Configuration", '--nologo', '-v', 'quiet', '-p:DebugType=none', '-p:PublishDocumentationFile=false', '-p:PublishReferencesDocumentationFiles=false')
    if ($Native) {
        Invoke-Dotnet publish @options -o $Folder
        return
    }

    # Restored as the lock files have it, with Native AOT: switching that off already here would call for other lock files.
    $options += @('-p:SelfContained=true', '-p:PublishReadyToRun=true')
    Invoke-Dotnet restore @options
    Invoke-Dotnet publish @options --no-restore -o $Folder '-p:PublishAot=false'
}

function Publish-All {
    $native = ($Runtime -eq 'win-x64') -eq $onWindows
    $out = "$root/artifacts/dist/$Runtime"
    if ([IO.Directory]::Exists($out)) { [IO.Directory]::Delete($out, $true) }
    # The worker lies beside the agent: there the agent looks for it.
    Publish-Program 'Agent' $native "$out/rigshift"
    Publish-Program 'OnnxWorker' $native "$out/rigshift"
    Publish-Program 'Coordinator' $false "$out/rigshift-coordinator"
    foreach ($file in [IO.Directory]::GetFiles($out, '*.dbg', 'AllDirectories')) { [IO.File]::Delete($file) }
}

# One archive per program and system, with the licence and what changed.
function New-Package {
    $out = "$root/artifacts/dist/$Runtime"
    $version = ([xml][IO.File]::ReadAllText("$root/Directory.Build.props")).SelectSingleNode('//Version').InnerText
    [void][IO.Directory]::CreateDirectory("$root/artifacts/packages")
    foreach ($program in 'rigshift', 'rigshift-coordinator') {
        foreach ($page in 'LICENSE', 'CHANGELOG.md') {
            if ([IO.File]::Exists("$root/$page")) { [IO.File]::Copy("$root/$page", "$out/$program/$page", $true) }
        }
        $archive = "$root/artifacts/packages/$program-$version-$Runtime"
        if ($Runtime -eq 'win-x64') {
            if ([IO.File]::Exists("$archive.zip")) { [IO.File]::Delete("$archive.zip") }
            [IO.Compression.ZipFile]::CreateFromDirectory("$out/$program", "$archive.zip")
        }
        else {
            # tar keeps the executable bits.
            & tar -czf "$archive.tar.gz" -C $out $program
            if ($LASTEXITCODE -ne 0) { throw "tar ended with exit code $LASTEXITCODE" }
        }
    }
}

$stages = [ordered]@{
    Restore = { Invoke-Dotnet restore "$root/Agent.sln" '-v' quiet $(if ($Ci) { '--locked-mode' } else { '--nologo' }) }
    Build   = { Invoke-Dotnet build "$root/Agent.sln" -c $Configuration --nologo '-v' quiet }
    Format  = { Invoke-Dotnet format "$root/Agent.sln" --verify-no-changes --no-restore }
    Test    = { Invoke-Dotnet test --solution "$root/Agent.sln" -c $Configuration --no-build }
    Publish = { Publish-All }
    Pack    = { New-Package }
}

$wanted = if ($Task -contains 'All') { $stages.Keys } else { $stages.Keys | Where-Object { $Task -contains $_ } }
try {
    foreach ($name in $wanted) { Invoke-Stage $name $stages[$name] }
}
catch {
    [Console]::Error.WriteLine("build.ps1: $_")
    exit 1
}
