// The job of `amt generate`: a model, and perhaps a piece of music -> new music as MIDI files.
#pragma once

#include <cstdint>
#include <string>

#include "amt/base/options.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/resources/device_options.hpp"

namespace amt {

enum class GenerationMode : std::uint8_t {
  kAnticipatory,    ///< the model sees what stays 5 s ahead
  kAutoregressive,  ///< it sees it only when its time has come
};
template <>
inline constexpr auto kWords<GenerationMode> =
    std::to_array<Word<GenerationMode>>({{"anticipatory", GenerationMode::kAnticipatory},
                                         {"autoregressive", GenerationMode::kAutoregressive}});

/// How a history that outgrows the model's context is cut.
enum class Window : std::uint8_t {
  kExact,  ///< always the newest triples that fit: what the reference sees
  kBlock,  ///< a quarter is dropped at once, so that a cache of keys and values lives longer
};
template <>
inline constexpr auto kWords<Window> = std::to_array<Word<Window>>({{"exact", Window::kExact},
                                                                    {"block", Window::kBlock}});

struct GenerationOptions {
  std::string model;  ///< folder of a checkpoint, of a run or in Hugging Face's layout
  std::string out;    ///< the MIDI file; of several OUT-1.mid, OUT-2.mid, ...
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
  void validate() const;  ///< UsageError naming the option
};

/// Collective. Generates `count` pieces, shared among the ranks: a piece depends on the model, what
/// was asked for, the seed and its number alone. Writes each as soon as its batch is done.
/// CollectiveError if the model, the prompt or the request cannot be used, before anything is
/// written.
void generate_music(const mpi::Communicator& world, const GenerationOptions& options);

}  // namespace amt
