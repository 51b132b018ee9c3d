// Chooses the device of a training run, and checks its memory.
#pragma once

#include <string>

#include "amt/resources/rank_device.hpp"
#include "amt/train/train_configuration.hpp"

namespace amt {

/// What is turned on for a user who has said nothing of it.
inline constexpr const char* kCheckpointingOption = "model.gradient_checkpointing";
inline constexpr const char* kRowsOption = "trainer.per_device_parallelism";

/// What the memory has decided for the user.
struct MemoryChoice {
  bool rows = false, checkpointing = false;
};

/// What the run in its folder has computed with so far, which gives the same bits again; no rows if
/// there is none that this start resumes with, or if they do not divide a share. Local.
RowsAtOnce recorded_rows(const TrainConfiguration& config, int share);

/// The memory with what these options say of its use.
DeviceMemory for_training(DeviceMemory memory, const TrainConfiguration& config);

/// What a rank with this memory would take, of what the user leaves open: what is `recorded` if
/// that fits. Local.
RowsAtOnce wanted_rows(const TrainConfiguration& config, const OptionTable& given, int ranks,
                       const DeviceMemory& memory, const RowsAtOnce& recorded);

/// Puts them into the configuration.
MemoryChoice take_rows(const RowsAtOnce& chosen, TrainConfiguration& config);

/// Collective. Chooses the rows of a micro-batch if they are auto, and gradient checkpointing if
/// `given` has no word of the user's on it, so that they fit on every rank; CollectiveError if they
/// do not.
MemoryChoice fit_memory(TrainConfiguration& config, const OptionTable& given, const Device& device,
                        const mpi::Communicator& world);

/// The trainer's options with what is known of the device put in for what the user left open.
TrainerOptions complete(TrainerOptions trainer, const Device& device);

/// "4 ranks, each NVIDIA H200, bf16, peak 989.4 TFLOP/s; why not another".
std::string describe(const Device& device, const TrainerOptions& completed, int ranks);

/// Says what was chosen for the user, and what cannot be done on this device.
void announce_choices(const TrainerOptions& trainer, const Device& device,
                      const MemoryChoice& chosen);

/// Of a GPU, for trainer.profile_steps; null on the CPU.
StepProfile::Switch profiler_of(const Device& device);

}  // namespace amt
