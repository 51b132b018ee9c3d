// Chooses the device of a training run, and checks its memory.
#pragma once

#include <string>

#include "amt/resources/rank_device.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// The options that are chosen automatically if the user has not set them.
inline constexpr const char* kCheckpointingOption = "model.gradient_checkpointing";
inline constexpr const char* kRowsOption = "trainer.per_device_parallelism";

/// Records which options were chosen to fit the memory.
struct MemoryChoice {
  bool rows = false, checkpointing = false;
};

/// Returns the values that the run has used so far, so that the results stay bitwise the same.
/// `rows` is 0 if this start does not resume a run, or if the recorded rows do not divide a rank's
/// share. Local.
RowsAtOnce recorded_rows(const TrainConfiguration& config, int share);

/// Returns `memory` with the members filled in that depend on these options.
DeviceMemory for_training(DeviceMemory memory, const TrainConfiguration& config);

/// Returns what a rank with this memory would choose for the options that the user has not set: the
/// `recorded` values if they fit. Local.
RowsAtOnce wanted_rows(const TrainConfiguration& config, const OptionTable& given, int ranks,
                       const DeviceMemory& memory, const RowsAtOnce& recorded);

/// Puts the chosen values into the configuration. Returns which of them the user had not set.
MemoryChoice take_rows(const RowsAtOnce& chosen, TrainConfiguration& config);

/// Collective. Chooses the rows of a micro-batch if they are auto, and gradient checkpointing if
/// the user has not `given` it, so that training fits in every rank's memory. Throws
/// CollectiveError if nothing fits.
MemoryChoice fit_memory(TrainConfiguration& config, const OptionTable& given, const Device& device,
                        const mpi::Communicator& world);

/// Returns the trainer's options, completed by known facts about the device where the user has not
/// set them, and without checks that this device cannot pass.
TrainerOptions complete(TrainerOptions trainer, const Device& device);

/// Returns, for example, "4 ranks, each NVIDIA H200, bf16, peak 989.4 TFLOP/s; why no other
/// device".
std::string describe(const Device& device, const TrainerOptions& completed, int ranks);

/// Returns what else, besides program and options, determines a rank's bits, for GradientCheck.
std::string arithmetic_of(const Device& device);

/// Logs what was chosen for the user, and what this device cannot do.
void announce_choices(const TrainerOptions& trainer, const Device& device,
                      const MemoryChoice& chosen);

/// Returns a GPU's profiler, for trainer.profile_steps; null on the CPU.
StepProfile::Switch profiler_of(const Device& device);

}  // namespace amt
