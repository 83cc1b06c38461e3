using Holdfast.Edge.Guard;
using Holdfast.Edge.Guard.Faults;
using Holdfast.Edge.Requests;

namespace Holdfast.Edge.Compression;

/// <summary>What an encoder is to do.</summary>
internal enum EncoderStep
{
    /// <summary>Take bytes.</summary>
    Write,

    /// <summary>Bring out what has gone in.</summary>
    Flush,

    /// <summary>End the body.</summary>
    Finish,
}

/// <summary>
/// Runs an encoder whose answer has begun: when it fails, that answer can't be saved any more, but the module is charged with it, so that answers
/// after it go out as they are.
/// </summary>
internal static class GuardedEncoding
{
    /// <summary>Runs one step.</summary>
    /// <exception cref="ModuleFaultException">The encoder failed.</exception>
    public static void Take(BodyEncoder encoder, EncoderStep step, ReadOnlySpan<byte> bytes, EdgeRequest request)
    {
        try
        {
            request.Zone?.Guard.Meet(FaultPoint.CompressionBody);
            switch (step)
            {
                case EncoderStep.Write:
                    encoder.Write(bytes);
                    break;

                case EncoderStep.Flush:
                    encoder.Flush();
                    break;

                default:
                    encoder.Finish();
                    break;
            }
        }
        catch (Exception e) when (request.Zone is { } zone)
        {
            zone.Guard.Faulted(EdgeModule.Compression, e, request);
            throw new ModuleFaultException(e);
        }
    }
}
