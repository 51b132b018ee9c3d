# Needs the headers of CUDA and NCCL but not their libraries, because the test defines their
# functions. Expects CUDAToolkit_INCLUDE_DIRS and NCCL_INCLUDE_DIR to be set.
amt_add_test(nccl_reducer_test
  SOURCES fake_nccl.cpp fake_nccl_cuda.cpp nccl_failure_test.cpp nccl_reducer_test.cpp nccl_start_test.cpp
    ${PROJECT_SOURCE_DIR}/src/cuda/device.cpp ${PROJECT_SOURCE_DIR}/src/cuda/nccl_algorithms.cpp
    ${PROJECT_SOURCE_DIR}/src/cuda/nccl_communicator.cpp ${PROJECT_SOURCE_DIR}/src/cuda/nccl_failure.cpp ${PROJECT_SOURCE_DIR}/src/cuda/nccl_reducer.cpp
  DEPENDS collective RANKS 1 2 3)
target_include_directories(nccl_reducer_test SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS} ${NCCL_INCLUDE_DIR})
