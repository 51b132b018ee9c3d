# Tests a complete CudaOps on the CPU: kernels run on fibers, and CUDA and its libraries are
# replaced by fakes.
set(plugin ${PROJECT_SOURCE_DIR}/src/cuda)
# The operators' kernels and launches, compiled as plain C++.
file(GLOB operators CONFIGURE_DEPENDS ${plugin}/*.cu)
set_source_files_properties(${operators} PROPERTIES LANGUAGE CXX
  COMPILE_OPTIONS "-xc++;-include;${CMAKE_CURRENT_SOURCE_DIR}/cuda_on_cpu.hpp")
set(sources attention.cpp context.cpp cublaslt_product.cpp cuda_ops.cpp device.cpp device_memory.cpp graph.cpp matmul.cpp product_choice.cpp)
list(TRANSFORM sources PREPEND ${plugin}/)
list(APPEND sources ${operators})
amt_add_test(cuda_ops_test
  SOURCES attention_choice_test.cpp cublaslt_rules_test.cpp cuda_memory_test.cpp cuda_model_test.cpp cuda_ops_test.cpp
    fake_cublaslt.cpp fake_cuda.cpp fake_cudnn.cpp gelu_choice_test.cpp generation_test.cpp launch_on_cpu.cpp matmul_plan_test.cpp shapes_test.cpp
    timeline.cpp ${sources}
  DEPENDS cpu optimizer LINK Boost::context nlohmann_json::nlohmann_json)
target_compile_definitions(cuda_ops_test PRIVATE AMT_CUDNN_ATTENTION)  # cuDNN is faked as well
target_include_directories(cuda_ops_test SYSTEM PRIVATE ${AMT_CUDA_BF16_DIR} ${AMT_CUBLASLT_DIR})
# Adds NCCL, to check the order of all stream and host operations in complete training steps.
if(NCCL_INCLUDE_DIR)
  amt_add_test(cuda_order_test
    SOURCES stream_order_test.cpp timeline.cpp timeline_test.cpp fake_cublaslt.cpp fake_cuda.cpp fake_cudnn.cpp fake_nccl.cpp
      launch_on_cpu.cpp ${sources} ${plugin}/nccl_algorithms.cpp ${plugin}/nccl_communicator.cpp ${plugin}/nccl_failure.cpp
      ${plugin}/nccl_reducer.cpp
    DEPENDS cpu trainer LINK amt_test_training Boost::context nlohmann_json::nlohmann_json RANKS 1)
  target_compile_definitions(cuda_order_test PRIVATE AMT_CUDNN_ATTENTION)
  target_include_directories(cuda_order_test SYSTEM PRIVATE ${AMT_CUDA_BF16_DIR} ${AMT_CUBLASLT_DIR} ${NCCL_INCLUDE_DIR})
endif()
