// The `amt generate` job: generates MIDI files from a model and, optionally, a MIDI prompt.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/resources/device_options.hpp"

namespace amt {

enum class GenerationMode : std::uint8_t {
  kAnticipatory,    ///< the model sees the kept notes 5 s before they occur
  kAutoregressive,  ///< it sees them only when they occur
};
template <>
inline constexpr auto kWords<GenerationMode> =
    std::to_array<Word<GenerationMode>>({{"anticipatory", GenerationMode::kAnticipatory},
                                         {"autoregressive", GenerationMode::kAutoregressive}});

/// How a history that exceeds the model's context is shortened.
enum class Window : std::uint8_t {
  kExact,  ///< always the newest triples that fit, as in the reference
  kBlock,  ///< the oldest quarter is dropped at once, so the key/value cache stays valid longer
};
template <>
inline constexpr auto kWords<Window> = std::to_array<Word<Window>>({{"exact", Window::kExact},
                                                                    {"block", Window::kBlock}});

struct GenerationOptions {
  std::string model;  ///< folder of a checkpoint or run, or in Hugging Face's layout
  std::string out;    ///< the MIDI file; with several pieces OUT-1.mid, OUT-2.mid, ...
  std::string prompt, from, seconds, hole, keep;
  GenerationMode mode = GenerationMode::kAnticipatory;
  Window window = Window::kBlock;
  int count = 1;
  int batch = 16;
  std::uint64_t seed = 0;
  double top_p = 0.98;
  double temperature = 1;
  std::string save_events, svg;
  bool stream = false;
  DeviceOptions device;

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
};

/// Collective. Generates `count` pieces, divided among the ranks: a piece depends only on the
/// model, the request, the seed and its number. Writes each piece as soon as its batch is done.
/// Throws CollectiveError, before anything is written, if the model, the prompt or the request
/// cannot be used.
void generate_music(const mpi::Communicator& world, const GenerationOptions& options);

}  // namespace amt
