use rfa_tissue::*;
use std::time::Instant;
fn main() {
    let arg: Vec<f64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (d, l) = (arg.first().copied().unwrap_or(0.9081), arg.get(1).copied().unwrap_or(10.0));
    for res in [Resolution::Coarse, Resolution::Normal, Resolution::Fine] {
        let t0 = Instant::now();
        let needle = Needle { diameter: d * 1e-3, tip_length: l * 1e-3, end: TipEnd::Blunt, sensor_depth: 1e-3, sleeve: 40e-6, sleeve_k: 0.25 };
        let mesh = NeedleMesh::new(&needle, res);
        let tissue = Properties { at_c: 37.0, sigma: 0.4459, sigma_slope: 0.015, k: 0.52, k_slope: 0.0, capacity: 3.82e6, perfusion: 0.0, metabolic: 0.0, phase: None, electrode: false };
        let metal = Properties { sigma: 1.0, sigma_slope: 0.0, k: 15.0, capacity: 0.6 * 3.9e6, electrode: true, ..tissue };
        let cells = mesh.grid.cells();
        let (nx, ny) = (mesh.grid.columns, mesh.grid.rows);
        let region_of = mesh.metal.iter().map(|m| u8::from(*m)).collect();
        let parts = Parts { grid: mesh.grid.clone(), medium: Medium { regions: vec![tissue, metal], region_of }, electric: mesh.electric.clone(), thermal: mesh.thermal.clone(), sensor: mesh.sensor.clone(), baseline_c: 21.0, damage: Damage::none(cells, 21.0, true) };
        let mut m = Model::new(parts);
        m.advance(15.0, Drive::Temperature { from_c: 21.0, to_c: 80.0 }).unwrap();
        let r0 = m.reading();
        m.advance(105.0, Drive::Temperature { from_c: 80.0, to_c: 80.0 }).unwrap();
        let t1 = t0.elapsed();
        println!("{res:?} {nx}x{ny}={cells} {:?} ramp end {r0:?}\n  end {:?} imbalance {:.2e}", t1, m.reading(), m.imbalance());
        // width at 50
        let p = &m.damage().peak_c;
        let mut w = 0.0f64;
        let rc: Vec<f64> = mesh.radii.windows(2).map(|w| (w[0] + w[1]) / 2.0).collect();
        let zc: Vec<f64> = mesh.heights.windows(2).map(|w| (w[0] + w[1]) / 2.0).collect();
        let (mut zl, mut zh) = (1.0f64, -1.0f64);
        for j in 0..ny { for i in 0..nx - 1 { let (a, b) = (p[j * nx + i], p[j * nx + i + 1]); if a >= 50.0 && b < 50.0 { w = w.max(rc[i] + (rc[i + 1] - rc[i]) * (a - 50.0) / (a - b)); } } }
        for i in 0..nx { for j in 0..ny - 1 { let (a, b) = (p[j * nx + i], p[(j + 1) * nx + i]);
            if a < 50.0 && b >= 50.0 { zl = zl.min(zc[j] + (zc[j + 1] - zc[j]) * (a - 50.0) / (a - b)); }
            if a >= 50.0 && b < 50.0 { zh = zh.max(zc[j] + (zc[j + 1] - zc[j]) * (a - 50.0) / (a - b)); } } }
        println!("  width {:.4} length {:.4} mm  max {:.2}", 2e3 * w, 1e3 * (zh - zl), p.iter().copied().fold(0.0, f64::max));
    }
}
