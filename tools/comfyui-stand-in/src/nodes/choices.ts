import type { Profile } from '../options.ts';

const sinceNew = ['exp_heun_2_x0', 'exp_heun_2_x0_sde', 'cfgpp_ud10_ab'];

// prettier-ignore
const newSamplers = [
  'euler', 'euler_cfg_pp', 'euler_ancestral', 'euler_ancestral_cfg_pp', 'heun', 'heunpp2', 'exp_heun_2_x0', 'exp_heun_2_x0_sde',
  'dpm_2', 'dpm_2_ancestral', 'lms', 'dpm_fast', 'dpm_adaptive', 'dpmpp_2s_ancestral', 'dpmpp_2s_ancestral_cfg_pp', 'dpmpp_sde',
  'dpmpp_sde_gpu', 'dpmpp_2m', 'dpmpp_2m_cfg_pp', 'dpmpp_2m_sde', 'dpmpp_2m_sde_gpu', 'dpmpp_2m_sde_heun', 'dpmpp_2m_sde_heun_gpu',
  'dpmpp_3m_sde', 'dpmpp_3m_sde_gpu', 'ddpm', 'lcm', 'ipndm', 'ipndm_v', 'deis', 'cfgpp_ud10_ab', 'res_multistep',
  'res_multistep_cfg_pp', 'res_multistep_ancestral', 'res_multistep_ancestral_cfg_pp', 'gradient_estimation',
  'gradient_estimation_cfg_pp', 'er_sde', 'seeds_2', 'seeds_3', 'sa_solver', 'sa_solver_pece', 'ddim', 'uni_pc', 'uni_pc_bh2',
];

export function samplers(profile: Profile): string[] {
  return profile === 'NEW' ? newSamplers : newSamplers.filter((name) => !sinceNew.includes(name));
}

// prettier-ignore
export const schedulers = ['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal', 'linear_quadratic', 'kl_optimal'];

/** Impact's own, longer list. */
export function impactSchedulers(version: 7 | 8): string[] {
  const shared = [...schedulers, 'AYS SDXL', 'AYS SD1', 'AYS SVD', 'GITS[coeff=1.2]'];
  return version === 7 ? shared : [...shared, 'LTXV[default]', 'OSS FLUX', 'OSS Wan', 'OSS Chroma'];
}

export const upscaleMethods = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'bislerp'];

// prettier-ignore
export const samHints = ['center-1', 'horizontal-2', 'vertical-2', 'rect-4', 'diamond-4', 'mask-area', 'mask-points', 'mask-point-bbox', 'none'];
